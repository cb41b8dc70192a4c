console.log('mixtura');
